#include <stdio.h>
#include <string.h>

extern char** environ;

/* Records variables of this project, and thereby whatever else looks like one. */
int main(void) {
  for (char** each = environ; *each; ++each) {
    if (strstr(*each, "VARIABLE=")) printf("%s\n", *each);
  }
  return 0;
}
