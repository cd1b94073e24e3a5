// What host and firmware say to each other through the mailbox; the host includes this file too.
//
// Request, words of 32 bits: word 0 is bits 7:0 the command, bit 8 a direction (0 from inside),
// bits 31:16 how many operand words follow. Reply: word 0 an Error, word 1 how many words follow.
// Operands and answers that are not listed are none.
#pragma once

#include <stdint.h>

namespace vitrine::firmware {

constexpr uint32_t kFirmwareVersion = 0x0001'0000;  // major, minor
// Of a flow command's operands: the firmware chooses the index; others name the one it chose.
constexpr uint32_t kReplyHeader = 2;

enum class Command : uint8_t {
  kNone = 0,
  kIdentify = 1,  // -> version, map hash, State, SelfTestStep, detail, lanes, connections, splices
  kStart = 2,     // longest silence of the host in ms (0: any), 1 = fail open
  kStop = 3,      //
  kBeat = 4,      // the host is alive; every other command says so too
  kSeed = 5,      // 12 words of the flow table's secret
  kInstall = 6,   // 16 words, 144 to splice: the flow mailbox's -> connection index
  kRemove = 7,    // 16 words -> 32 words of statistics
  kQuery = 8,     // 3 words -> 32 words of statistics
  kUpdateKeys = 9,     // direction; 80 words, 144 from outside
  kRuleWrite = 10,     // index, 32 words
  kRuleTakeOver = 11,  // slices, version, otherwise
  kZeroize = 12,       //
  kStatistics = 13,    // -> the card's counters, in the order of their addresses
  kTelemetry = 14,     // -> time (2 words), aged, then for each Command count and most cycles
  kLog = 15,           // first number -> next number, then kLogWords an entry
  kCrashDump = 16,     // -> the last crash (crash.h), none where there was none
  kSelfTest = 17,      // stopped only -> SelfTestStep, detail
};
constexpr uint32_t kCommands = 18;

enum class State : uint32_t { kStopped = 0, kRunning = 1, kHostLost = 2 };

// The first step that failed; detail is the address, or for the lanes 32 * leg + block, 64: a tag.
enum class SelfTestStep : uint32_t {
  kPassed = 0,
  kRegisters = 1,
  kMemory = 2,
  kLanes = 3,
  kNotRun = 4,
};

enum class LogCode : uint32_t {
  kBooted = 1,          // firmware version
  kSelfTest = 2,        // step << 24 | detail
  kStarted = 3,         // silence in ms
  kStopped = 4,         //
  kHostLost = 5,        // ms since its last word
  kZeroized = 6,        // Error
  kAged = 7,            // connection index
  kCrashed = 8,         // pc
  kHardwareFailed = 9,  // command << 8 | Error
};

}  // namespace vitrine::firmware
