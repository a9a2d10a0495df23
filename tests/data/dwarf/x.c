#include <stdio.h>
#include <stdlib.h>
struct item { int number; const char *name; struct item *next; };
static int depth(const struct item *i) { int n = 0; for (; i; i = i->next) n += i->number; return n; }
int sum(int a, int b) { int c = a; for (int i = 0; i < b; ++i) { c += rand(); if (c > 5) printf("%d\n", c); } return c; }
int main(int argc, char **argv) { struct item i = {argc, argv[0], 0}; int x = sum(argc, depth(&i)); if (x) { int y = atoi(argv[1]); printf("%d", y + x); } return x; }
