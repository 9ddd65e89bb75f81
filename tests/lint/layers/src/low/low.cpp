// Broken on purpose: a lower module includes a higher one.
#include "high/high.h"
