"""Renderers of text, one for each format; all read the same `table.Table` and `section.Section`."""
