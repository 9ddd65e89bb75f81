#include "study/findings.h"

#include "base/log.h"

namespace brainmvp::study {

void warn_of(const Findings& findings) {
  for (const Notice& notice : findings.notices) {
    log::warning(notice.text);
  }
}

} // namespace brainmvp::study
