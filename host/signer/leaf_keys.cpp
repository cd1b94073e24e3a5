#include "host/signer/leaf_keys.h"

#include <chrono>

namespace vitrine::signer {
namespace {

Result<LeafKey> make(KeyType type, int64_t now) {
  Result<UniquePkey> key = generate_key(type);
  if (!key) {
    return key.status();
  }
  unsigned char* encoded = nullptr;
  const int size = i2d_PUBKEY(key->get(), &encoded);
  const UniqueOpensslBytes owner(encoded);
  if (size <= 0) {
    return openssl_status("cannot encode a public key");
  }
  return LeafKey{share(std::move(key).value()), {encoded, encoded + size}, now};
}

}  // namespace

Result<LeafKeys> LeafKeys::create(int64_t now, int64_t lifetime_s) {
  LeafKeys keys(lifetime_s);
  Result<LeafKey> ecdsa = make(KeyType::kEcdsaP256, now);
  if (!ecdsa) {
    return ecdsa.status();
  }
  Result<LeafKey> rsa = make(KeyType::kRsa2048, now);
  if (!rsa) {
    return rsa.status();
  }
  keys.ecdsa_.in_use = std::move(ecdsa).value();
  keys.rsa_.in_use = std::move(rsa).value();
  return keys;
}

Result<LeafKey> LeafKeys::current(KeyType type, int64_t now) {
  Slot& slot = type == KeyType::kEcdsaP256 ? ecdsa_ : rsa_;
  const int64_t age = now - slot.in_use.made_at;
  if (age >= lifetime_s_ && !slot.next.valid()) {
    slot.next = std::async(std::launch::async, make, type, now);
  }
  const bool too_old = age >= 2 * lifetime_s_;
  if (slot.next.valid() &&
      (too_old || slot.next.wait_for(std::chrono::seconds(0)) == std::future_status::ready)) {
    Result<LeafKey> made = slot.next.get();
    if (made) {
      slot.in_use = std::move(made).value();
    } else if (too_old) {
      return made.status();
    }
  }
  return slot.in_use;
}

}  // namespace vitrine::signer
