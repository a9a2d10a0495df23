int frob(int value) { return 3 * value + 1; }
