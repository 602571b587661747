"""The values behind a score survive their way through a record."""

from __future__ import annotations

import base64
import struct

import numpy as np

from geneboard.benchmark.tasks.inference.parts import packed, unpacked


def test_values_come_back_to_their_last_digit() -> None:
    values = np.array([0.0, 1.0, -1.0, 0.12344, np.nan, 3.0])
    np.testing.assert_array_equal(
        unpacked(packed(values)), [0.0, 1.0, -1.0, 1234 * 1e-4, np.nan, 30000 * 1e-4]
    )


def test_the_text_is_what_the_record_promises() -> None:
    assert base64.b64decode(packed(np.array([0.5, -0.5, np.nan]))) == struct.pack("<3h", 5000, -5000, -32768)


def test_a_large_error_stays_a_number() -> None:
    assert unpacked(packed(np.array([7.0, -7.0]))).tolist() == [32767 * 1e-4, -32767 * 1e-4]
