"""Figures of any task: how a figure looks, how it is saved, and the kinds that tasks share.

Nothing here touches the state of pyplot or the user's settings of matplotlib.
"""

LIBRARIES = ("matplotlib.figure", "pandas", "scipy.stats")
"""What processes that draw import first."""
