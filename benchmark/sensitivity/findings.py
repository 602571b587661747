def find(t): return t.head(1)
