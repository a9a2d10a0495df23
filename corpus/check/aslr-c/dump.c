#include <stdio.h>
#include <stdlib.h>

int main(void) {
  printf("object <Frob at %p>\n", malloc(32));
  return 0;
}
