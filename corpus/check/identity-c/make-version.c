#include <pwd.h>
#include <stdio.h>
#include <unistd.h>

int main(void) {
  char host[256];
  gethostname(host, sizeof(host));
  printf("Built by %s@%s\n", getpwuid(getuid())->pw_name, host);
  return 0;
}
