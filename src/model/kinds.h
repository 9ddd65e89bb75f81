// What a fine-tuned model does, and how it takes its input.
#pragma once

namespace brainmvp::model {

enum class Task { kSegment, kClassify };

// How a whole volume becomes the classifier's input: kPad: zero-padded, smaller half in front, or cut about its centre;
// kResize: trilinear.
enum class Sizing { kPad, kResize };

} // namespace brainmvp::model
