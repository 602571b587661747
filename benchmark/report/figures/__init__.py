"""Figures of any task: what a figure is, how it looks, how it is saved, and the kinds that tasks share.

Nothing here touches the state of pyplot or the user's settings of matplotlib.
"""
