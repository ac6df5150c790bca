import { describe, expectTypeOf, it } from 'vitest';
import {
  type Archive,
  backUp,
  type Car,
  type CarLock,
  carryOut,
  createLink,
  type Did,
  did,
  type EcuAddress,
  ecuAddress,
  type JobResult,
  type KombiError,
  lockCar,
  type MockCar,
  type Plan,
  parseEdit,
  planCoding,
  startMockCar,
  type Transport,
  type VehicleState,
  type Vin,
} from '../../src/index.ts';

describe('types of the public library', () => {
  it('keeps brands apart from bare values and from each other', () => {
    expectTypeOf(ecuAddress).returns.toEqualTypeOf<EcuAddress>();
    expectTypeOf(did).returns.toEqualTypeOf<Did>();
    expectTypeOf<EcuAddress>().toExtend<number>();
    expectTypeOf<number>().not.toExtend<EcuAddress>();
    expectTypeOf<EcuAddress>().not.toExtend<Did>();
    expectTypeOf<string>().not.toExtend<Vin>();
  });

  it('hands a job from step to step', () => {
    expectTypeOf(createLink).returns.resolves.toEqualTypeOf<Transport>();
    expectTypeOf(planCoding).parameters.toExtend<[Car, ...unknown[]]>();
    expectTypeOf(parseEdit).returns.toExtend<Parameters<typeof planCoding>[1][number]>();
    expectTypeOf(planCoding).returns.resolves.toEqualTypeOf<Plan>();
    expectTypeOf(backUp).parameter(1).toEqualTypeOf<Archive>();
    expectTypeOf(carryOut).parameter(1).toEqualTypeOf<Plan>();
    expectTypeOf(carryOut).returns.resolves.toEqualTypeOf<JobResult>();
    expectTypeOf(carryOut).parameter(2).toHaveProperty('backup').toEqualTypeOf<Awaited<ReturnType<typeof backUp>>>();
  });

  it('writes to no car without its lock and a backup', () => {
    expectTypeOf(lockCar).returns.resolves.toEqualTypeOf<CarLock>();
    expectTypeOf(carryOut).parameter(2).toHaveProperty('lock').toEqualTypeOf<CarLock>();
    expectTypeOf<Parameters<typeof carryOut>['length']>().toEqualTypeOf<3>();
  });

  it('tells the state of the car in every error', () => {
    expectTypeOf<KombiError>().toExtend<Error>();
    expectTypeOf<KombiError['vehicle']>().toEqualTypeOf<VehicleState>();
  });

  it('does not take the mock car for a car that can be written to', () => {
    expectTypeOf(startMockCar).returns.toEqualTypeOf<MockCar>();
    expectTypeOf<MockCar>().not.toExtend<Car>();
  });
});
