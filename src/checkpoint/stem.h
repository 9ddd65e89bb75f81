// What becomes of a pre-trained encoder's first convolution.
#pragma once

namespace brainmvp::checkpoint {

// Its weight [out, 1, ..] must become [out, C, ..]. Inflate: each channel gets the weight / C, so that C equal inputs give the
// same. Reinitialise: it stays as it was drawn.
enum class Stem { kInflate, kReinitialise };

} // namespace brainmvp::checkpoint
