// An objective of a small store and network, and batches for it.
#pragma once

#include <torch/types.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "objectives/objectives.h"
#include "support/support.h"

namespace brainmvp::objectives {

class ObjectiveCase {
public:
  using Options = std::vector<std::pair<std::string, settings::ConfigValues>>;

  ObjectiveCase(); // five studies of t1, t2 and flair, some of them of t1 alone

  // Of crops of 16^3, its weights drawn from one seed. Settings that an objective does not have are left out.
  [[nodiscard]] std::unique_ptr<Objective> make(const std::string& name, const Options& options = {},
                                                const std::string& network = "unet") const;

  // Uniform in 0 to 1, for the first `count` studies, in the shape that the objective asks for.
  [[nodiscard]] Batch batch(const Objective& objective, std::size_t count) const;

  [[nodiscard]] const store::Store& store() const { return store_; }

private:
  test::TemporaryFolder folder_;
  store::Store store_;
};

// In double precision, for numeric gradients.
void make_double(Objective& objective, Batch& batch);

} // namespace brainmvp::objectives
