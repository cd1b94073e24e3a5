// HTTP transactions as events.
#pragma once

#include "host/events/event.h"
#include "host/inspect/transaction.h"

namespace vitrine::inspect {

// Fills what the transaction knows into an event of its connection (addresses, names, rule are
// there).
void add_transaction(events::Event& event, const Transaction& transaction);

}  // namespace vitrine::inspect
