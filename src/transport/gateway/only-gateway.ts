import { KombiError } from '../../core/index.ts';

/**
 * The one gateway that answered.
 *
 * @param linkTo names a gateway; without one, as an example
 * @throws {KombiError} `link.no-gateway`, `link.several-gateways`
 */
export function onlyGateway<Gateway extends { readonly host: string; readonly vin: string }>(
  gateways: readonly Gateway[],
  linkTo: (gateway?: Gateway) => string,
): Gateway {
  const [gateway] = gateways;
  if (gateway === undefined) {
    throw new KombiError({
      code: 'link.no-gateway',
      message: 'No car answered in any network of this computer',
      hint: `Plug the ENET cable in, switch the ignition on, wait ten seconds and try again; or name the gateway: ${linkTo()}.`,
    });
  }
  if (gateways.length > 1) {
    throw new KombiError({
      code: 'link.several-gateways',
      message: `${gateways.length} cars answered: ${gateways.map(({ host, vin }) => `${vin} at ${host}`).join(', ')}`,
      hint: `Say which one you mean, such as --link ${linkTo(gateway)}.`,
    });
  }
  return gateway;
}
