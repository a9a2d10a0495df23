#pragma once

#include "formats/format.h"

namespace unrepro {

// Compiled classes of the Java platform (The Java Virtual Machine Specification, chapter 4). Constants are
// compared place by place, and what refers to them by index: a pool in another order differs throughout. A
// Utf8 constant is a string of the program when String constants alone refer to it, else a name.
extern const Format kClassFile;

}  // namespace unrepro
