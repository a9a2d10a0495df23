def items(*a): return []
