// What `prepare` says of its work when it is done, on stdout, and how that ends.
#pragma once

#include <cstddef>

#include "store/prepare_store.h"
#include "study/studies_file.h"

namespace brainmvp::app {

// Counts, warnings and failures of a builder that has run.
void report_preparation(const store::StoreBuilder& builder);

// Throws Error(kNothingFound) when all failed, Error(kBadInput) when some did.
void fail_where_studies_failed(const store::StoreBuilder& builder);

// Lists what `shard_count` shards left undone, and throws Error(kBadInput) that says which of them to run again. `builder` has
// not run, and has all of `studies`.
void refuse_incomplete(const store::StoreBuilder& builder, const study::StudiesFile& studies, std::size_t shard_count);

} // namespace brainmvp::app
