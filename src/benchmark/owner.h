// Which process this is, among those of several machines and containers.
#pragma once

#include <string>

namespace brainmvp::benchmark {

// A line: host, boot, space of process numbers, number and start of this process.
std::string this_process();

enum class Life { kAlive, kDead, kUnknown }; // unknown: of another machine or container

// Of the process that wrote `owner`.
Life life_of(const std::string& owner);

} // namespace brainmvp::benchmark
