// One switch, one table of pointers, one string with the name of this file: see layout.sh.
extern void fail(const char *, int);
extern int deliver(const char *);
static const char *const kNames[] = {"zero", "one", "two", __FILE__};
static const double kScale[] = {1.5, 2.5, 1024.0};
int allowed, denied;
int check_user(void) { return allowed; }
int check_root(void) { return denied; }
const char *name(unsigned i) {
  if (i > 3) fail(__FILE__, __LINE__);
  return kNames[i];
}
double scale(unsigned i) { return kScale[i % 3] + 0.25; }
int act(int what) {
  switch (what) {
    case 0: return deliver("user");
    case 1: return deliver("root") + 1;
    case 2: return check_user();
    case 3: return check_root();
    case 4: return deliver("a message that is longer than thirty-two bytes") * 3;
    case 5: return deliver("x") + 7;
    case 6: fail(__FILE__, what); return 0;
  }
  return -1;
}
