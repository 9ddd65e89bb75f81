// One of each kind that brainmvp can be extended with (docs/develop/extending.md).
#pragma once

#include "program.h"

namespace example {

void add_sharpen();
void add_pyramid();
void add_amounts();
void add_numbered();
void add_jaccard();
void add_count_to(brainmvp::app::Program& program);

} // namespace example
