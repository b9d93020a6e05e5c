import { ProviderError, type FailureKind } from '../errors.js';

/** `command_status` (SMPP 3.4 §5.1.3, and 5.0's that vendors use with 3.4; 0x40B is Qikberry's and BICS's). */
const KINDS: ReadonlyMap<number, FailureKind> = new Map([
  // What we have written is wrong.
  [0x01, 'bad_message'], // ESME_RINVMSGLEN
  [0x02, 'bad_message'], // ESME_RINVCMDLEN
  [0x03, 'bad_message'], // ESME_RINVCMDID
  [0x06, 'bad_message'], // ESME_RINVPRTFLG
  [0x07, 'bad_message'], // ESME_RINVREGDLVFLG
  [0x0a, 'bad_message'], // ESME_RINVSRCADR: the sender is refused
  [0x48, 'bad_message'], // ESME_RINVSRCTON: follows from a step's sender, which must not make the account rest
  [0x49, 'bad_message'], // ESME_RINVSRCNPI
  [0x40, 'bad_message'], // ESME_RINVDESTFLAG
  [0x42, 'bad_message'], // ESME_RINVSUBREP
  [0x43, 'bad_message'], // ESME_RINVESMCLASS
  [0x54, 'bad_message'], // ESME_RINVREPFLAG
  [0x55, 'bad_message'], // ESME_RINVNUMMSGS
  [0x61, 'bad_message'], // ESME_RINVSCHED
  [0x62, 'bad_message'], // ESME_RINVEXPIRY
  [0x63, 'bad_message'], // ESME_RINVDFTMSGID
  [0x104, 'bad_message'], // ESME_RINVDCS
  [0x105, 'bad_message'], // ESME_RINVSRCADDRSUBUNIT
  // This number is out of reach.
  [0x0b, 'bad_recipient'], // ESME_RINVDSTADR
  [0x33, 'bad_recipient'], // ESME_RINVNUMDESTS
  [0x34, 'bad_recipient'], // ESME_RINVDLNAME
  [0x106, 'bad_recipient'], // ESME_RINVDSTADDRSUBUNIT
  // The account is not as the vendor wants it.
  [0x0d, 'misconfigured'], // ESME_RBINDFAIL
  [0x0e, 'misconfigured'], // ESME_RINVPASWD
  [0x0f, 'misconfigured'], // ESME_RINVSYSID
  [0x15, 'misconfigured'], // ESME_RINVSERTYP
  [0x50, 'misconfigured'], // ESME_RINVDSTTON
  [0x51, 'misconfigured'], // ESME_RINVDSTNPI
  [0x53, 'misconfigured'], // ESME_RINVSYSTYP
  [0xc0, 'misconfigured'], // ESME_RINVTLVSTREAM: we send TLVs for DLT and SAR alone, as the settings say
  [0xc1, 'misconfigured'], // ESME_RTLVNOTALLWD
  [0xc2, 'misconfigured'], // ESME_RINVTLVLEN
  [0xc3, 'misconfigured'], // ESME_RMISSINGTLV
  [0xc4, 'misconfigured'], // ESME_RINVTLVVAL
  [0x100, 'misconfigured'], // ESME_RSERTYPUNAUTH
  [0x103, 'misconfigured'], // ESME_RSERTYPDENIED
  // The vendor is out of order.
  [0x04, 'unreachable'], // ESME_RINVBNDSTS
  [0x05, 'unreachable'], // ESME_RALYBND: it has not noticed the end of our last connection yet
  [0x08, 'unreachable'], // ESME_RSYSERR
  [0x64, 'unreachable'], // ESME_RX_T_APPN
  [0x102, 'unreachable'], // ESME_RSERTYPUNAVAIL
  // Too fast, or too much.
  [0x14, 'throttled'], // ESME_RMSGQFUL
  [0x58, 'throttled'], // ESME_RTHROTTLED
  [0x40b, 'quota'], // ESME_RINVBALANCE
  // Refused as such.
  [0x45, 'rejected'], // ESME_RSUBMITFAIL
  [0x65, 'rejected'], // ESME_RX_P_APPN
  [0x66, 'rejected'], // ESME_RX_R_APPN
  [0xfe, 'rejected'], // ESME_RDELIVERYFAILURE
  [0x101, 'rejected'], // ESME_RPROHIBITED
  // About things that we do not ask for, or without a word of why.
  [0x0c, 'unknown'], // ESME_RINVMSGID
  [0x11, 'unknown'], // ESME_RCANCELFAIL
  [0x13, 'unknown'], // ESME_RREPLACEFAIL
  [0x44, 'unknown'], // ESME_RCNTSUBDL
  [0x67, 'unknown'], // ESME_RQUERYFAIL
  [0xff, 'unknown'], // ESME_RUNKNOWNERR
]);

/** The session is not what we take it for. */
export const NOT_BOUND = 0x04;

/** A `command_status` other than 0. */
export const statusError = (status: number): ProviderError =>
  new ProviderError(KINDS.get(status) ?? 'unknown', `smpp_0x${status.toString(16).padStart(2, '0')}`);
