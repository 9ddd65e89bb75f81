// How much there is of a tissue.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "simulate/head.h"

namespace brainmvp::test {

inline double volume_ml(const simulate::TissueVolume& head, simulate::Tissue tissue) { // of cubic voxels
  const auto count = static_cast<double>(std::ranges::count(head.data, static_cast<std::uint8_t>(tissue)));
  return count * std::pow(head.affine.matrix[0][0], 3) / 1000;
}

inline void expect_ml(const simulate::TissueVolume& head, simulate::Tissue tissue, double low, double high) {
  EXPECT_GE(volume_ml(head, tissue), low) << simulate::kTissueNames[simulate::index_of(tissue)];
  EXPECT_LE(volume_ml(head, tissue), high) << simulate::kTissueNames[simulate::index_of(tissue)];
}

} // namespace brainmvp::test
