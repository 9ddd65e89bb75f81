// In what a study is unlike those that a model was trained on.
#pragma once

#include <string>
#include <vector>

#include "infer/channels.h"
#include "model/training_facts.h"
#include "store/prepare.h"

namespace brainmvp::infer {

// A sentence each, with what to do. `plan`: of the study's channels.
std::vector<std::string> departures(const model::TrainingFacts& training, const store::PreparedStudy& prepared,
                                    const ChannelPlan& plan);

} // namespace brainmvp::infer
