// Written by hw/regs/generate from hw/regs/card.yaml; changes belong there.
//
// Registers have an index in order of address blocks; index I has bits [32*I+:32] of the tables and of csr_bank's
// ports. Addresses are in bytes.
/* verilator lint_off UNUSEDPARAM */  // a block uses what concerns it
package csr_regs_pkg;
  localparam int unsigned AddressBits = 16;
  localparam int unsigned NumRegisters = 148;
  localparam int unsigned NumWindows = 2;
  localparam logic [31:0] LayoutHash = 32'hb538ea7f;

  localparam int unsigned IdentityMagic = 0;  // 0x0000
  localparam int unsigned IdentityMapVersion = 1;  // 0x0004
  localparam int unsigned IdentityMapVersionMajorLow = 16;  // 16 bits
  localparam int unsigned IdentityMapVersionMinorLow = 0;  // 16 bits
  localparam int unsigned IdentityMapHash = 2;  // 0x0008
  localparam int unsigned IdentityBuild = 3;  // 0x000c
  localparam int unsigned IdentityCapacity = 4;  // 0x0010
  localparam int unsigned IdentityCapacityFlowsLog2Low = 0;  // 8 bits
  localparam int unsigned IdentityCapacityContextsLog2Low = 8;  // 8 bits
  localparam int unsigned IdentityCapacityRulesLog2Low = 16;  // 8 bits
  localparam int unsigned IdentityCapacityLanesLow = 24;  // 8 bits
  localparam int unsigned IdentityScratch = 5;  // 0x0014
  localparam int unsigned ControlControl = 6;  // 0x0100
  localparam int unsigned ControlControlRunLow = 0;  // 1 bits
  localparam int unsigned ControlControlFailOpenLow = 1;  // 1 bits
  localparam int unsigned ControlStatus = 7;  // 0x0104
  localparam int unsigned ControlStatusReadyLow = 0;  // 1 bits
  localparam int unsigned ControlStatusRunningLow = 1;  // 1 bits
  localparam int unsigned ControlStatusHostLostLow = 2;  // 1 bits
  localparam int unsigned ControlStatusZeroizingLow = 3;  // 1 bits
  localparam int unsigned ControlZeroize = 8;  // 0x0108
  localparam int unsigned ControlZeroizeStartLow = 0;  // 1 bits
  localparam int unsigned ControlZeroizeCount = 9;  // 0x010c
  localparam int unsigned HeartbeatBeat = 10;  // 0x0200
  localparam int unsigned HeartbeatLimit = 11;  // 0x0204
  localparam int unsigned HeartbeatAge = 12;  // 0x0208
  localparam int unsigned EventsStatus = 13;  // 0x0300
  localparam int unsigned EventsStatusPuntLow = 0;  // 1 bits
  localparam int unsigned EventsStatusTapLow = 1;  // 1 bits
  localparam int unsigned EventsStatusInjectLow = 2;  // 1 bits
  localparam int unsigned EventsStatusFlowDoneLow = 3;  // 1 bits
  localparam int unsigned EventsStatusRuleDoneLow = 4;  // 1 bits
  localparam int unsigned EventsStatusHostLostLow = 5;  // 1 bits
  localparam int unsigned EventsStatusZeroizedLow = 6;  // 1 bits
  localparam int unsigned EventsStatusDmaErrorLow = 7;  // 1 bits
  localparam int unsigned EventsStatusInternalErrorLow = 8;  // 1 bits
  localparam int unsigned EventsEnable = 14;  // 0x0304
  localparam int unsigned EventsEnableMaskLow = 0;  // 9 bits
  localparam int unsigned RulesCommand = 15;  // 0x0400
  localparam int unsigned RulesCommandOperationLow = 0;  // 4 bits
  localparam int unsigned RulesCommandIndexLow = 16;  // 16 bits
  localparam int unsigned RulesStatus = 16;  // 0x0404
  localparam int unsigned RulesStatusBusyLow = 0;  // 1 bits
  localparam int unsigned RulesStatusResultLow = 4;  // 4 bits
  localparam int unsigned RulesVersion = 17;  // 0x0408
  localparam int unsigned RulesActiveVersion = 18;  // 0x040c
  localparam int unsigned RulesOtherwise = 19;  // 0x0410
  localparam int unsigned RulesOtherwiseActionLow = 0;  // 2 bits
  localparam int unsigned FlowsCommand = 20;  // 0x0500
  localparam int unsigned FlowsCommandOperationLow = 0;  // 4 bits
  localparam int unsigned FlowsCommandDirectionLow = 4;  // 1 bits
  localparam int unsigned FlowsStatus = 21;  // 0x0504
  localparam int unsigned FlowsStatusBusyLow = 0;  // 1 bits
  localparam int unsigned FlowsStatusResultLow = 4;  // 4 bits
  localparam int unsigned FlowsCount = 22;  // 0x0508
  localparam int unsigned FlowsSeed = 23;  // 0x050c
  localparam int unsigned FlowsResult0 = 24;  // 0x0540
  localparam int unsigned FlowsResult1 = 25;  // 0x0544
  localparam int unsigned FlowsResult2 = 26;  // 0x0548
  localparam int unsigned FlowsResult3 = 27;  // 0x054c
  localparam int unsigned FlowsResult4 = 28;  // 0x0550
  localparam int unsigned FlowsResult5 = 29;  // 0x0554
  localparam int unsigned FlowsResult6 = 30;  // 0x0558
  localparam int unsigned FlowsResult7 = 31;  // 0x055c
  localparam int unsigned FlowsResult8 = 32;  // 0x0560
  localparam int unsigned FlowsResult9 = 33;  // 0x0564
  localparam int unsigned FlowsResult10 = 34;  // 0x0568
  localparam int unsigned FlowsResult11 = 35;  // 0x056c
  localparam int unsigned FlowsResult12 = 36;  // 0x0570
  localparam int unsigned FlowsResult13 = 37;  // 0x0574
  localparam int unsigned FlowsResult14 = 38;  // 0x0578
  localparam int unsigned FlowsResult15 = 39;  // 0x057c
  localparam int unsigned FlowsResult16 = 40;  // 0x0580
  localparam int unsigned FlowsResult17 = 41;  // 0x0584
  localparam int unsigned FlowsResult18 = 42;  // 0x0588
  localparam int unsigned FlowsResult19 = 43;  // 0x058c
  localparam int unsigned FlowsResult20 = 44;  // 0x0590
  localparam int unsigned FlowsResult21 = 45;  // 0x0594
  localparam int unsigned FlowsResult22 = 46;  // 0x0598
  localparam int unsigned FlowsResult23 = 47;  // 0x059c
  localparam int unsigned FlowsResult24 = 48;  // 0x05a0
  localparam int unsigned FlowsResult25 = 49;  // 0x05a4
  localparam int unsigned FlowsResult26 = 50;  // 0x05a8
  localparam int unsigned FlowsResult27 = 51;  // 0x05ac
  localparam int unsigned FlowsResult28 = 52;  // 0x05b0
  localparam int unsigned FlowsResult29 = 53;  // 0x05b4
  localparam int unsigned FlowsResult30 = 54;  // 0x05b8
  localparam int unsigned FlowsResult31 = 55;  // 0x05bc
  localparam int unsigned RingsPuntBaseLo = 56;  // 0x0600
  localparam int unsigned RingsPuntBaseHi = 57;  // 0x0604
  localparam int unsigned RingsPuntSize = 58;  // 0x0608
  localparam int unsigned RingsPuntHead = 59;  // 0x060c
  localparam int unsigned RingsPuntTail = 60;  // 0x0610
  localparam int unsigned RingsInjectBaseLo = 61;  // 0x0620
  localparam int unsigned RingsInjectBaseHi = 62;  // 0x0624
  localparam int unsigned RingsInjectSize = 63;  // 0x0628
  localparam int unsigned RingsInjectHead = 64;  // 0x062c
  localparam int unsigned RingsInjectTail = 65;  // 0x0630
  localparam int unsigned RingsTapBaseLo = 66;  // 0x0640
  localparam int unsigned RingsTapBaseHi = 67;  // 0x0644
  localparam int unsigned RingsTapSize = 68;  // 0x0648
  localparam int unsigned RingsTapHead = 69;  // 0x064c
  localparam int unsigned RingsTapTail = 70;  // 0x0650
  localparam int unsigned CountersSnapshot = 71;  // 0x0800
  localparam int unsigned CountersSnapshotTakeLow = 0;  // 1 bits
  localparam int unsigned CountersReceivedInsideLo = 72;  // 0x0808
  localparam int unsigned CountersReceivedInsideHi = 73;  // 0x080c
  localparam int unsigned CountersReceivedOutsideLo = 74;  // 0x0810
  localparam int unsigned CountersReceivedOutsideHi = 75;  // 0x0814
  localparam int unsigned CountersMissedInsideLo = 76;  // 0x0818
  localparam int unsigned CountersMissedInsideHi = 77;  // 0x081c
  localparam int unsigned CountersMissedOutsideLo = 78;  // 0x0820
  localparam int unsigned CountersMissedOutsideHi = 79;  // 0x0824
  localparam int unsigned CountersInjectedLo = 80;  // 0x0828
  localparam int unsigned CountersInjectedHi = 81;  // 0x082c
  localparam int unsigned CountersForwardedLo = 82;  // 0x0830
  localparam int unsigned CountersForwardedHi = 83;  // 0x0834
  localparam int unsigned CountersSplicedLo = 84;  // 0x0838
  localparam int unsigned CountersSplicedHi = 85;  // 0x083c
  localparam int unsigned CountersHeldLo = 86;  // 0x0840
  localparam int unsigned CountersHeldHi = 87;  // 0x0844
  localparam int unsigned CountersInjectedEgressLo = 88;  // 0x0848
  localparam int unsigned CountersInjectedEgressHi = 89;  // 0x084c
  localparam int unsigned CountersEgressLostLo = 90;  // 0x0850
  localparam int unsigned CountersEgressLostHi = 91;  // 0x0854
  localparam int unsigned CountersCutLo = 92;  // 0x0858
  localparam int unsigned CountersCutHi = 93;  // 0x085c
  localparam int unsigned CountersEventsLostLo = 94;  // 0x0860
  localparam int unsigned CountersEventsLostHi = 95;  // 0x0864
  localparam int unsigned CountersTapLostLo = 96;  // 0x0868
  localparam int unsigned CountersTapLostHi = 97;  // 0x086c
  localparam int unsigned CountersFlowTableFullLo = 98;  // 0x0870
  localparam int unsigned CountersFlowTableFullHi = 99;  // 0x0874
  localparam int unsigned CountersRefusedInsideLo = 100;  // 0x0878
  localparam int unsigned CountersRefusedInsideHi = 101;  // 0x087c
  localparam int unsigned CountersRefusedOutsideLo = 102;  // 0x0880
  localparam int unsigned CountersRefusedOutsideHi = 103;  // 0x0884
  localparam int unsigned CountersDroppedRuleLo = 104;  // 0x0900
  localparam int unsigned CountersDroppedRuleHi = 105;  // 0x0904
  localparam int unsigned CountersDroppedMalformedLo = 106;  // 0x0908
  localparam int unsigned CountersDroppedMalformedHi = 107;  // 0x090c
  localparam int unsigned CountersDroppedEgressFullLo = 108;  // 0x0910
  localparam int unsigned CountersDroppedEgressFullHi = 109;  // 0x0914
  localparam int unsigned CountersDroppedPuntFullLo = 110;  // 0x0918
  localparam int unsigned CountersDroppedPuntFullHi = 111;  // 0x091c
  localparam int unsigned CountersDroppedUnseenHeaderLo = 112;  // 0x0920
  localparam int unsigned CountersDroppedUnseenHeaderHi = 113;  // 0x0924
  localparam int unsigned CountersDroppedIncompleteRecordLo = 114;  // 0x0928
  localparam int unsigned CountersDroppedIncompleteRecordHi = 115;  // 0x092c
  localparam int unsigned CountersDroppedHoleLimitLo = 116;  // 0x0930
  localparam int unsigned CountersDroppedHoleLimitHi = 117;  // 0x0934
  localparam int unsigned CountersDroppedRingFullLo = 118;  // 0x0938
  localparam int unsigned CountersDroppedRingFullHi = 119;  // 0x093c
  localparam int unsigned CountersDroppedAwaitingKeysLo = 120;  // 0x0940
  localparam int unsigned CountersDroppedAwaitingKeysHi = 121;  // 0x0944
  localparam int unsigned CountersDroppedHoldFullLo = 122;  // 0x0948
  localparam int unsigned CountersDroppedHoldFullHi = 123;  // 0x094c
  localparam int unsigned CountersDroppedFlowDeadLo = 124;  // 0x0950
  localparam int unsigned CountersDroppedFlowDeadHi = 125;  // 0x0954
  localparam int unsigned CountersDroppedBadRecordLo = 126;  // 0x0958
  localparam int unsigned CountersDroppedBadRecordHi = 127;  // 0x095c
  localparam int unsigned CountersDroppedProtocolLo = 128;  // 0x0960
  localparam int unsigned CountersDroppedProtocolHi = 129;  // 0x0964
  localparam int unsigned CountersDroppedUnsplicableLo = 130;  // 0x0968
  localparam int unsigned CountersDroppedUnsplicableHi = 131;  // 0x096c
  localparam int unsigned CountersDroppedImpairedLo = 132;  // 0x0970
  localparam int unsigned CountersDroppedImpairedHi = 133;  // 0x0974
  localparam int unsigned CountersDroppedNotReadyLo = 134;  // 0x0978
  localparam int unsigned CountersDroppedNotReadyHi = 135;  // 0x097c
  localparam int unsigned CountersDroppedChecksumLo = 136;  // 0x0980
  localparam int unsigned CountersDroppedChecksumHi = 137;  // 0x0984
  localparam int unsigned CountersPuntedRuleLo = 138;  // 0x0a00
  localparam int unsigned CountersPuntedRuleHi = 139;  // 0x0a04
  localparam int unsigned CountersPuntedFlowLo = 140;  // 0x0a08
  localparam int unsigned CountersPuntedFlowHi = 141;  // 0x0a0c
  localparam int unsigned CountersPuntedFragmentLo = 142;  // 0x0a10
  localparam int unsigned CountersPuntedFragmentHi = 143;  // 0x0a14
  localparam int unsigned CountersPuntedExtensionHeaderLo = 144;  // 0x0a18
  localparam int unsigned CountersPuntedExtensionHeaderHi = 145;  // 0x0a1c
  localparam int unsigned CountersPuntedDeadFlowLo = 146;  // 0x0a20
  localparam int unsigned CountersPuntedDeadFlowHi = 147;  // 0x0a24

  localparam int unsigned FlowMailbox = 0;  // a window, from 0x1000
  localparam int unsigned FlowMailboxWords = 256;
  localparam int unsigned RuleMailbox = 1;  // a window, from 0x1400
  localparam int unsigned RuleMailboxWords = 32;

  // Byte addresses.
  localparam logic [148*16-1:0] Addresses = {
    16'h0a24, 16'h0a20, 16'h0a1c, 16'h0a18, 16'h0a14, 16'h0a10, 16'h0a0c, 16'h0a08, 16'h0a04, 16'h0a00,
    16'h0984, 16'h0980, 16'h097c, 16'h0978, 16'h0974, 16'h0970, 16'h096c, 16'h0968, 16'h0964, 16'h0960,
    16'h095c, 16'h0958, 16'h0954, 16'h0950, 16'h094c, 16'h0948, 16'h0944, 16'h0940, 16'h093c, 16'h0938,
    16'h0934, 16'h0930, 16'h092c, 16'h0928, 16'h0924, 16'h0920, 16'h091c, 16'h0918, 16'h0914, 16'h0910,
    16'h090c, 16'h0908, 16'h0904, 16'h0900, 16'h0884, 16'h0880, 16'h087c, 16'h0878, 16'h0874, 16'h0870,
    16'h086c, 16'h0868, 16'h0864, 16'h0860, 16'h085c, 16'h0858, 16'h0854, 16'h0850, 16'h084c, 16'h0848,
    16'h0844, 16'h0840, 16'h083c, 16'h0838, 16'h0834, 16'h0830, 16'h082c, 16'h0828, 16'h0824, 16'h0820,
    16'h081c, 16'h0818, 16'h0814, 16'h0810, 16'h080c, 16'h0808, 16'h0800, 16'h0650, 16'h064c, 16'h0648,
    16'h0644, 16'h0640, 16'h0630, 16'h062c, 16'h0628, 16'h0624, 16'h0620, 16'h0610, 16'h060c, 16'h0608,
    16'h0604, 16'h0600, 16'h05bc, 16'h05b8, 16'h05b4, 16'h05b0, 16'h05ac, 16'h05a8, 16'h05a4, 16'h05a0,
    16'h059c, 16'h0598, 16'h0594, 16'h0590, 16'h058c, 16'h0588, 16'h0584, 16'h0580, 16'h057c, 16'h0578,
    16'h0574, 16'h0570, 16'h056c, 16'h0568, 16'h0564, 16'h0560, 16'h055c, 16'h0558, 16'h0554, 16'h0550,
    16'h054c, 16'h0548, 16'h0544, 16'h0540, 16'h050c, 16'h0508, 16'h0504, 16'h0500, 16'h0410, 16'h040c,
    16'h0408, 16'h0404, 16'h0400, 16'h0304, 16'h0300, 16'h0208, 16'h0204, 16'h0200, 16'h010c, 16'h0108,
    16'h0104, 16'h0100, 16'h0014, 16'h0010, 16'h000c, 16'h0008, 16'h0004, 16'h0000
  };
  // Values after reset.
  localparam logic [148*32-1:0] Resets = {
    32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000,
    32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000,
    32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000,
    32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000,
    32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000,
    32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000,
    32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000,
    32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000,
    32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000,
    32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000,
    32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000,
    32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000,
    32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000,
    32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000,
    32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000,
    32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000,
    32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000,
    32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000,
    32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000,
    32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000,
    32'h00000000, 32'h00000000, 32'h5c7a7c48, 32'h00000000, 32'h00000000, 32'hb538ea7f, 32'h00010000,
    32'h56545245
  };
  // Bits that software writes and reads.
  localparam logic [148*32-1:0] Rw = {
    32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000,
    32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000,
    32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000,
    32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000,
    32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000,
    32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000,
    32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000,
    32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000,
    32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000,
    32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000,
    32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000,
    32'hffffffff, 32'h00000000, 32'hffffffff, 32'hffffffff, 32'hffffffff, 32'h00000000, 32'hffffffff,
    32'hffffffff, 32'hffffffff, 32'hffffffff, 32'hffffffff, 32'h00000000, 32'hffffffff, 32'hffffffff,
    32'hffffffff, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000,
    32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000,
    32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000,
    32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000,
    32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000,
    32'h00000000, 32'h00000000, 32'h00000003, 32'h00000000, 32'hffffffff, 32'h00000000, 32'h00000000,
    32'h000001ff, 32'h00000000, 32'h00000000, 32'hffffffff, 32'h00000000, 32'h00000000, 32'h00000000,
    32'h00000000, 32'h00000003, 32'hffffffff, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000,
    32'h00000000
  };
  // Bits that the card sets and software clears with a 1.
  localparam logic [148*32-1:0] W1c = {
    32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000,
    32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000,
    32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000,
    32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000,
    32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000,
    32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000,
    32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000,
    32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000,
    32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000,
    32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000,
    32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000,
    32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000,
    32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000,
    32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000,
    32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000,
    32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000,
    32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000,
    32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000,
    32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000,
    32'h00000000, 32'h000001ff, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000,
    32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000,
    32'h00000000
  };
  // Bits that can be written and read as 0.
  localparam logic [148*32-1:0] Wo = {
    32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000,
    32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000,
    32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000,
    32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000,
    32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000,
    32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000,
    32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000,
    32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000,
    32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000,
    32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000,
    32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000001,
    32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000,
    32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000,
    32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000,
    32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000,
    32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000,
    32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000,
    32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'hffffffff, 32'h00000000,
    32'h00000000, 32'h0000001f, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'hffff000f,
    32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'hffffffff, 32'h00000000, 32'h00000001,
    32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000,
    32'h00000000
  };
  // Read-only bits whose value comes from a signal.
  localparam logic [148*32-1:0] Signal = {
    32'hffffffff, 32'hffffffff, 32'hffffffff, 32'hffffffff, 32'hffffffff, 32'hffffffff, 32'hffffffff,
    32'hffffffff, 32'hffffffff, 32'hffffffff, 32'hffffffff, 32'hffffffff, 32'hffffffff, 32'hffffffff,
    32'hffffffff, 32'hffffffff, 32'hffffffff, 32'hffffffff, 32'hffffffff, 32'hffffffff, 32'hffffffff,
    32'hffffffff, 32'hffffffff, 32'hffffffff, 32'hffffffff, 32'hffffffff, 32'hffffffff, 32'hffffffff,
    32'hffffffff, 32'hffffffff, 32'hffffffff, 32'hffffffff, 32'hffffffff, 32'hffffffff, 32'hffffffff,
    32'hffffffff, 32'hffffffff, 32'hffffffff, 32'hffffffff, 32'hffffffff, 32'hffffffff, 32'hffffffff,
    32'hffffffff, 32'hffffffff, 32'hffffffff, 32'hffffffff, 32'hffffffff, 32'hffffffff, 32'hffffffff,
    32'hffffffff, 32'hffffffff, 32'hffffffff, 32'hffffffff, 32'hffffffff, 32'hffffffff, 32'hffffffff,
    32'hffffffff, 32'hffffffff, 32'hffffffff, 32'hffffffff, 32'hffffffff, 32'hffffffff, 32'hffffffff,
    32'hffffffff, 32'hffffffff, 32'hffffffff, 32'hffffffff, 32'hffffffff, 32'hffffffff, 32'hffffffff,
    32'hffffffff, 32'hffffffff, 32'hffffffff, 32'hffffffff, 32'hffffffff, 32'hffffffff, 32'h00000000,
    32'h00000000, 32'hffffffff, 32'h00000000, 32'h00000000, 32'h00000000, 32'hffffffff, 32'h00000000,
    32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'hffffffff, 32'h00000000, 32'h00000000,
    32'h00000000, 32'hffffffff, 32'hffffffff, 32'hffffffff, 32'hffffffff, 32'hffffffff, 32'hffffffff,
    32'hffffffff, 32'hffffffff, 32'hffffffff, 32'hffffffff, 32'hffffffff, 32'hffffffff, 32'hffffffff,
    32'hffffffff, 32'hffffffff, 32'hffffffff, 32'hffffffff, 32'hffffffff, 32'hffffffff, 32'hffffffff,
    32'hffffffff, 32'hffffffff, 32'hffffffff, 32'hffffffff, 32'hffffffff, 32'hffffffff, 32'hffffffff,
    32'hffffffff, 32'hffffffff, 32'hffffffff, 32'hffffffff, 32'hffffffff, 32'h00000000, 32'hffffffff,
    32'h000000f1, 32'h00000000, 32'h00000000, 32'hffffffff, 32'h00000000, 32'h000000f1, 32'h00000000,
    32'h00000000, 32'h00000000, 32'hffffffff, 32'h00000000, 32'h00000000, 32'hffffffff, 32'h00000000,
    32'h0000000f, 32'h00000000, 32'h00000000, 32'hffffffff, 32'hffffffff, 32'h00000000, 32'h00000000,
    32'h00000000
  };
  // Read-only bits that are the reset value.
  localparam logic [148*32-1:0] Constant = {
    32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000,
    32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000,
    32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000,
    32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000,
    32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000,
    32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000,
    32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000,
    32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000,
    32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000,
    32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000,
    32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000,
    32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000,
    32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000,
    32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000,
    32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000,
    32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000,
    32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000,
    32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000,
    32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000,
    32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000,
    32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'h00000000, 32'hffffffff, 32'hffffffff,
    32'hffffffff
  };
  // Byte addresses of windows.
  localparam logic [2*16-1:0] WindowBases = {
    16'h1400, 16'h1000
  };
  // One past them.
  localparam logic [2*17-1:0] WindowEnds = {
    17'h01480, 17'h01400
  };
endpackage
/* verilator lint_on UNUSEDPARAM */
