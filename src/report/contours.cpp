#include "report/contours.h"

#include <map>
#include <utility>
#include <vector>

#include "base/text.h"

namespace brainmvp::report {
namespace {

using Corner = std::pair<int, int>; // x, y
using Edges = std::multimap<Corner, Corner>;

// Of the pixels of a value towards others, the inside on their right.
Edges edges_of(const image::GreyImage& labels, int value) {
  const int width = static_cast<int>(labels.width);
  const int height = static_cast<int>(labels.height);
  const auto inside = [&](int x, int y) {
    return x >= 0 && y >= 0 && x < width && y < height && labels.pixels[static_cast<std::size_t>(y * width + x)] == value;
  };
  Edges edges;
  const auto add = [&](bool open, Corner from, Corner to) {
    if (open) {
      edges.emplace(from, to);
    }
  };
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      if (inside(x, y)) {
        add(!inside(x, y - 1), {x, y}, {x + 1, y});
        add(!inside(x + 1, y), {x + 1, y}, {x + 1, y + 1});
        add(!inside(x, y + 1), {x + 1, y + 1}, {x, y + 1});
        add(!inside(x - 1, y), {x, y + 1}, {x, y});
      }
    }
  }
  return edges;
}

// Takes one closed line out of the edges.
std::vector<Corner> take_line(Edges& edges) {
  const Corner start = edges.begin()->first;
  std::vector<Corner> line;
  for (Corner at = start; line.empty() || at != start;) {
    const auto edge = edges.find(at);
    line.push_back(at);
    at = edge->second;
    edges.erase(edge);
  }
  return line;
}

std::string half(int doubled) { return shortest(doubled / 2.0); }

// Middles of the edges; those on a straight line are left out.
std::string path_of(const std::vector<Corner>& line) {
  std::string path;
  const std::size_t count = line.size();
  const auto step = [&](std::size_t i) {
    const Corner& from = line[i % count];
    const Corner& to = line[(i + 1) % count];
    return Corner{to.first - from.first, to.second - from.second};
  };
  for (std::size_t i = 0; i < count; ++i) {
    if (step(i + count - 1) == step(i) && step(i) == step(i + 1)) {
      continue;
    }
    const Corner& from = line[i];
    const Corner& to = line[(i + 1) % count];
    path += (path.empty() ? "M" : "L") + half(from.first + to.first) + " " + half(from.second + to.second);
  }
  return path + "Z";
}

} // namespace

std::string contour_path(const image::GreyImage& labels, int value) {
  Edges edges = edges_of(labels, value);
  std::string path;
  while (!edges.empty()) {
    path += path_of(take_line(edges));
  }
  return path;
}

} // namespace brainmvp::report
