// Broken on purpose: the first folder includes the second.
#include "low/second/second.h"
