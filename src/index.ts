/**
 * kombi as a library: links to cars and to the mock car, the UDS client, coding as pure values, jobs that change a car
 * and can put it back, the archive of backups and journals, and the mock car itself for tests of other programs.
 * Everything that fails throws a {@link KombiError} with a stable code. What is not exported here may change any time.
 */
import { registerMockLink } from './mock-link.ts';

registerMockLink();

// Backups and journals on disk.
export {
  type Archive,
  type ArchiveOptions,
  type BackupContent,
  type BackupDifference,
  type BackupSummary,
  defaultArchiveDirectory,
  diffBackups,
  type JournalRecord,
  openArchive,
  type SavedBackup,
  type VerifyReport,
} from './archive/index.ts';
// What is known of control units, with its sources.
export { type BlockLayout, type Catalog, type CheckControlMessage, loadCatalog, type Recipe } from './catalog/index.ts';
// What a change is: pure.
export {
  type AddressSyntax,
  type BlockChange,
  type EditSyntax,
  type Effect,
  formatAddress,
  listRecipes,
  parseAddress,
  parseEdit,
} from './coding/index.ts';
// Values that everything else is told in.
export {
  type Clock,
  type Did,
  did,
  type EcuAddress,
  type Evidence,
  EXIT,
  type ExitStatus,
  ecuAddress,
  FUNCTIONAL_ADDRESS,
  formatDid,
  formatEcuAddress,
  fromHex,
  type Ignition,
  isKombiError,
  isVin,
  KombiError,
  systemClock,
  type Timer,
  toHex,
  type VehicleState,
  type Vin,
  VirtualClock,
} from './core/index.ts';
// The only way to change a car: open, lock, plan, back up, carry out; undo, restore, recover.
export {
  type BackUpOptions,
  type BackupResult,
  backUp,
  type Car,
  type CarComparison,
  type CarLock,
  type CarryOutOptions,
  type ClearedFaults,
  type ClearFaultsOptions,
  carryOut,
  checkRecipe,
  clearFaults,
  compareWithCar,
  type EcuFaults,
  type JobResult,
  listBlocks,
  lockCar,
  newJobId,
  type OpenCarOptions,
  openCar,
  type Plan,
  planCoding,
  planReapply,
  planRecipes,
  planRestore,
  planUndo,
  type ReadFaultsOptions,
  type RecipeCheck,
  type RecipePlan,
  type RecoverOptions,
  type RecoverResult,
  readAddresses,
  readFaults,
  readMessages,
  recover,
  type ToolIdentity,
} from './job/index.ts';
export { type DoipServer, type DoipServerOptions, startDoipServer } from './mock/doip/index.ts';
export { type HsfzServer, type HsfzServerOptions, startHsfzServer } from './mock/hsfz/index.ts';
export {
  type Car as MockCar,
  type CarState,
  createFaultBoard,
  type Dashboard,
  dashboard,
  diffStates,
  type Fault,
  type FaultBoard,
  holdSosButton,
  loadProfile,
  type MockCarOptions,
  type Profile,
  profileNames,
  type StateDifference,
  startMockCar,
  type VolatileState,
} from './mock/index.ts';
// A recorded car, and the mock car, for tests of any program that speaks to cars.
export { loadRecording } from './mock/recorded/load-recording.ts';
export { RecordedCar, type RecordedCarOptions } from './mock/recorded/recorded-car.ts';
// Links: `enet:`, `doip:`, `elm327:`, `mock:` and `replay:`, and how to add one.
export {
  type AdapterIdentity,
  createLink,
  type LinkOptions,
  type LinkScheme,
  type LinkUri,
  type Message,
  parseLinkUri,
  registerLinkScheme,
  type Transport,
  type TransportCapabilities,
} from './transport/index.ts';
// ISO 14229 over any link.
export { NegativeResponseError, UdsClient } from './uds/index.ts';
// Who is this car.
export {
  type CodingRule,
  codingRule,
  type EcuIdentity,
  type ILevels,
  readEcuIdentity,
  readVehicleIdentity,
  type Svk,
  type SvkEntry,
  scanEcus,
  type VehicleIdentity,
} from './vehicle/index.ts';
