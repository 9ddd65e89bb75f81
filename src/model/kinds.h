// How a fine-tuned model takes its input.
#pragma once

namespace brainmvp::model {

// How a whole volume becomes the input of a network that wants one: kPad: zero-padded, smaller half in front, or cut about its
// centre; kResize: trilinear.
enum class Sizing { kPad, kResize };

} // namespace brainmvp::model
