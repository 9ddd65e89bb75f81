// A crop as the program reads it from a store, for the tests of the Python package:
//   store_values STORE NUMBER MODALITY|label I,J,K H,W,D clipped|unclipped
// writes the values to stdout, float32 or uint8, k fastest.
#include <array>
#include <cstdlib>
#include <iostream>
#include <span>
#include <sstream>
#include <string>
#include <vector>

#include "store/store.h"

namespace brainmvp::store {
namespace {

std::array<std::int64_t, 3> three(const std::string& text) {
  std::array<std::int64_t, 3> values{};
  std::istringstream stream(text);
  std::string part;
  for (std::int64_t& value : values) {
    std::getline(stream, part, ',');
    value = std::stoll(part);
  }
  return values;
}

template <class T>
void write(const std::vector<T>& values) {
  const auto bytes = std::as_bytes(std::span(values));
  std::cout.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
}

void write_crop(std::span<char*> arguments) {
  const Store opened = Store::open(arguments[0]);
  const StoredStudy& study = opened.studies().at(std::stoul(arguments[1]));
  const Start start = three(arguments[3]);
  const auto sides = three(arguments[4]);
  const image::Size size{static_cast<std::size_t>(sides[0]), static_cast<std::size_t>(sides[1]),
                         static_cast<std::size_t>(sides[2])};
  if (arguments[2] == std::string("label")) {
    std::vector<std::uint8_t> values(image::voxel_count(size));
    study.copy_label_crop(start, size, values);
    write(values);
    return;
  }
  std::vector<float> values(image::voxel_count(size));
  const bool clipped = arguments[5] == std::string("clipped");
  study.copy_crop(arguments[2], start, size, clipped ? Intensities::kClipped : Intensities::kUnclipped, values);
  write(values);
}

} // namespace
} // namespace brainmvp::store

int main(int argc, char** argv) {
  if (argc != 7) {
    return EXIT_FAILURE;
  }
  brainmvp::store::write_crop(std::span(argv + 1, 6));
  return EXIT_SUCCESS;
}
