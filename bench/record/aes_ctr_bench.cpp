// Which library turns AES-CTR fastest at the sizes that packets bring: OpenSSL EVP (one context a
// key, IV set per call) against intel-ipsec-mb's single-job and burst interfaces. Chosen: see
// host/card/soft/record/README.md.
#include <cstdint>
#include <vector>

#include <benchmark/benchmark.h>
#include <intel-ipsec-mb.h>
#include <openssl/evp.h>

namespace {

constexpr int64_t kSizes[] = {16, 64, 256, 1024, 1460, 4096, 16384};

void sizes(benchmark::internal::Benchmark* bench) {
  for (const int64_t key : {16, 32}) {
    for (const int64_t size : kSizes) {
      bench->Args({size, key});
    }
  }
}

void report(benchmark::State& state) {
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations()) * state.range(0));
}

void openssl_evp(benchmark::State& state) {
  std::vector<uint8_t> data(static_cast<size_t>(state.range(0)));
  const uint8_t key[32] = {1};
  uint8_t iv[16] = {2};
  EVP_CIPHER_CTX* context = EVP_CIPHER_CTX_new();
  EVP_EncryptInit_ex(context, state.range(1) == 16 ? EVP_aes_128_ctr() : EVP_aes_256_ctr(), nullptr,
                     key, iv);
  for (auto _ : state) {
    int out = 0;
    iv[15]++;
    EVP_EncryptInit_ex(context, nullptr, nullptr, nullptr, iv);
    EVP_EncryptUpdate(context, data.data(), &out, data.data(), static_cast<int>(data.size()));
    benchmark::DoNotOptimize(data.data());
  }
  EVP_CIPHER_CTX_free(context);
  report(state);
}
BENCHMARK(openssl_evp)->Apply(sizes);

struct IpsecMb {
  IpsecMb(int64_t key_size) : key_length(static_cast<uint64_t>(key_size)) {
    IMB_ARCH arch;
    init_mb_mgr_auto(manager, &arch);
    const uint8_t key[32] = {1};
    if (key_length == 16) {
      IMB_AES_KEYEXP_128(manager, key, encrypt, decrypt);
    } else {
      IMB_AES_KEYEXP_256(manager, key, encrypt, decrypt);
    }
  }
  ~IpsecMb() { free_mb_mgr(manager); }

  void fill(IMB_JOB& job, std::vector<uint8_t>& data, const uint8_t* iv) const {
    job.enc_keys = encrypt;
    job.dec_keys = encrypt;
    job.key_len_in_bytes = key_length;
    job.src = data.data();
    job.dst = data.data();
    job.cipher_start_src_offset_in_bytes = 0;
    job.msg_len_to_cipher_in_bytes = data.size();
    job.iv = iv;
    job.iv_len_in_bytes = 16;
  }

  IMB_MGR* manager = alloc_mb_mgr(0);
  uint64_t key_length;
  alignas(16) uint8_t encrypt[16 * 15];
  alignas(16) uint8_t decrypt[16 * 15];
};

void ipsec_mb_job(benchmark::State& state) {
  std::vector<uint8_t> data(static_cast<size_t>(state.range(0)));
  uint8_t iv[16] = {2};
  const IpsecMb mb(state.range(1));
  for (auto _ : state) {
    iv[15]++;
    IMB_JOB* job = IMB_GET_NEXT_JOB(mb.manager);
    mb.fill(*job, data, iv);
    job->cipher_mode = IMB_CIPHER_CNTR;
    job->hash_alg = IMB_AUTH_NULL;
    job->cipher_direction = IMB_DIR_ENCRYPT;
    job->chain_order = IMB_ORDER_CIPHER_HASH;
    job = IMB_SUBMIT_JOB_NOCHECK(mb.manager);
    benchmark::DoNotOptimize(job);
  }
  report(state);
}
BENCHMARK(ipsec_mb_job)->Apply(sizes);

void ipsec_mb_burst(benchmark::State& state) {
  std::vector<uint8_t> data(static_cast<size_t>(state.range(0)));
  uint8_t iv[16] = {2};
  const IpsecMb mb(state.range(1));
  const IMB_KEY_SIZE_BYTES key_size = state.range(1) == 16 ? IMB_KEY_128_BYTES : IMB_KEY_256_BYTES;
  for (auto _ : state) {
    iv[15]++;
    IMB_JOB job;
    mb.fill(job, data, iv);
    IMB_SUBMIT_CIPHER_BURST_NOCHECK(mb.manager, &job, 1, IMB_CIPHER_CNTR, IMB_DIR_ENCRYPT,
                                    key_size);
    benchmark::DoNotOptimize(job.status);
  }
  report(state);
}
BENCHMARK(ipsec_mb_burst)->Apply(sizes);

}  // namespace

BENCHMARK_MAIN();
