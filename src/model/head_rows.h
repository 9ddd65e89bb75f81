// The rows of heads.cpp; private to src/model.
#pragma once

#include "model/head.h"

namespace brainmvp::model {

Head segmentation_head();
Head classification_head();

} // namespace brainmvp::model
