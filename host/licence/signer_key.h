// The public key whose licences this build accepts: the vendor's where the build was given one
// (VITRINE_LICENCE_KEY), else that of a development key made with the build.
#pragma once

#include "host/base/openssl.h"
#include "host/base/status.h"

namespace vitrine::licence {

Result<UniquePkey> signer_key();

}  // namespace vitrine::licence
