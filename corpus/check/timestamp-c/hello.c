#include <stdio.h>

int main(void) {
  puts("hello, built " __DATE__ " at " __TIME__);
  return 0;
}
