"""For who adds a method: a skeleton, and the rules that `check` holds it to."""
