// Mapped files that are cut while they are read, or whose disk or network share goes away: the kernel then sends SIGBUS, from
// which no exception can come.
#pragma once

namespace brainmvp::store {

// From the first call on, a SIGBUS from a file that is mapped for shared reading ends the process with exit code 4 and a message
// that names the file. Any other SIGBUS does what it does by default.
void name_truncated_mappings();

} // namespace brainmvp::store
