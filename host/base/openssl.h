// OpenSSL objects that free themselves, and its error queue as text.
//
// Ownership: each Unique... owns one reference; share() turns one into a shared_ptr, up_ref() takes
// another reference. Threads: as the contained type (OpenSSL's reference counts are atomic).
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "host/base/status.h"

namespace vitrine {

// Calls one of OpenSSL's free functions, which all accept null.
template <auto Free>
struct OpensslFree {
  template <typename T>
  void operator()(T* object) const {
    Free(object);
  }
};

// Stacks of references: frees the elements too.
struct X509StackFree {
  void operator()(STACK_OF(X509) * stack) const { sk_X509_pop_free(stack, X509_free); }
};

// Memory that OpenSSL allocated (X509_NAME_oneline, i2d_... and friends).
struct OpensslMemoryFree {
  void operator()(void* memory) const { OPENSSL_free(memory); }
};

using UniqueX509 = std::unique_ptr<X509, OpensslFree<X509_free>>;
using UniqueX509Stack = std::unique_ptr<STACK_OF(X509), X509StackFree>;
using UniqueX509Name = std::unique_ptr<X509_NAME, OpensslFree<X509_NAME_free>>;
using UniqueX509Extension = std::unique_ptr<X509_EXTENSION, OpensslFree<X509_EXTENSION_free>>;
using UniqueX509Store = std::unique_ptr<X509_STORE, OpensslFree<X509_STORE_free>>;
using UniqueX509StoreCtx = std::unique_ptr<X509_STORE_CTX, OpensslFree<X509_STORE_CTX_free>>;
using UniqueGeneralName = std::unique_ptr<GENERAL_NAME, OpensslFree<GENERAL_NAME_free>>;
using UniqueGeneralNames = std::unique_ptr<GENERAL_NAMES, OpensslFree<GENERAL_NAMES_free>>;
using UniqueAsn1Integer = std::unique_ptr<ASN1_INTEGER, OpensslFree<ASN1_INTEGER_free>>;
using UniqueAsn1Time = std::unique_ptr<ASN1_TIME, OpensslFree<ASN1_TIME_free>>;
using UniqueAsn1OctetString =
    std::unique_ptr<ASN1_OCTET_STRING, OpensslFree<ASN1_OCTET_STRING_free>>;
using UniqueBio = std::unique_ptr<BIO, OpensslFree<BIO_free_all>>;
using UniqueBignum = std::unique_ptr<BIGNUM, OpensslFree<BN_clear_free>>;
using UniquePkey = std::unique_ptr<EVP_PKEY, OpensslFree<EVP_PKEY_free>>;
using UniquePkeyCtx = std::unique_ptr<EVP_PKEY_CTX, OpensslFree<EVP_PKEY_CTX_free>>;
using UniqueMd = std::unique_ptr<EVP_MD, OpensslFree<EVP_MD_free>>;
using UniqueMdCtx = std::unique_ptr<EVP_MD_CTX, OpensslFree<EVP_MD_CTX_free>>;
using UniqueCipher = std::unique_ptr<EVP_CIPHER, OpensslFree<EVP_CIPHER_free>>;
using UniqueCipherCtx = std::unique_ptr<EVP_CIPHER_CTX, OpensslFree<EVP_CIPHER_CTX_free>>;
using UniqueKdf = std::unique_ptr<EVP_KDF, OpensslFree<EVP_KDF_free>>;
using UniqueKdfCtx = std::unique_ptr<EVP_KDF_CTX, OpensslFree<EVP_KDF_CTX_free>>;
using UniqueSsl = std::unique_ptr<SSL, OpensslFree<SSL_free>>;
using UniqueSslCtx = std::unique_ptr<SSL_CTX, OpensslFree<SSL_CTX_free>>;
using UniqueSslSession = std::unique_ptr<SSL_SESSION, OpensslFree<SSL_SESSION_free>>;
using UniqueOpensslText = std::unique_ptr<char, OpensslMemoryFree>;
using UniqueOpensslBytes = std::unique_ptr<uint8_t, OpensslMemoryFree>;

// Another reference to an object that someone else owns too. REQUIRES: not null.
inline UniqueX509 up_ref(X509* certificate) {
  X509_up_ref(certificate);
  return UniqueX509(certificate);
}
inline UniquePkey up_ref(EVP_PKEY* key) {
  EVP_PKEY_up_ref(key);
  return UniquePkey(key);
}
inline UniqueSslCtx up_ref(SSL_CTX* context) {
  SSL_CTX_up_ref(context);
  return UniqueSslCtx(context);
}
inline UniqueSslSession up_ref(SSL_SESSION* session) {
  SSL_SESSION_up_ref(session);
  return UniqueSslSession(session);
}

// The same object under a shared_ptr.
template <typename T, typename Deleter>
std::shared_ptr<T> share(std::unique_ptr<T, Deleter> object) {
  return std::shared_ptr<T>(std::move(object));
}

// One error code in the library's own form: "error:0A000410:SSL routines::sslv3 alert ...".
std::string openssl_error_string(unsigned long code);

// The first error of this thread's queue in that form, "" where the queue is empty; empties the
// queue.
std::string openssl_error_string();

// "WHAT: error:..." from this thread's queue, which is emptied.
Status openssl_status(std::string_view what, Code code = Code::kInternal);

}  // namespace vitrine
