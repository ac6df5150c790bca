/** The command that makes a rule of udev and lets it work at once. The rule may hold no single quotes. */
export function udevRule(rule: string): string {
  return `echo '${rule}' | sudo tee -a /etc/udev/rules.d/70-kombi.rules && sudo udevadm control --reload && sudo udevadm trigger`;
}
