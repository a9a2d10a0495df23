// Strings with the name of this file in functions that every object may have: see layout.sh.
extern "C" int deliver(const char*);
template <class T>
__attribute__((noinline)) T check(T value) {
  if (value < 0) throw deliver(__FILE__);
  return value;
}
struct Thing {
  virtual ~Thing() = default;
  virtual const char* name() const { return __FILE__; }
};
inline __attribute__((noinline)) int size(const Thing& thing) {
  try {
    return check(deliver(thing.name())) + deliver("a message that is longer than thirty-two bytes");
  } catch (int error) {
    return error + deliver("short");
  }
}
int frob() { return size(Thing()) + static_cast<int>(check(1L)); }
