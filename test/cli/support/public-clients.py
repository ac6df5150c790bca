# Reads the VIN of the cluster with scapy's own clients: public-clients.py HSFZ_PORT DOIP_PORT. Prints one answer a line, in hex.
import sys

from scapy.contrib.automotive.bmw.hsfz import UDS_HSFZSocket
from scapy.contrib.automotive.doip import UDS_DoIPSocket
from scapy.contrib.automotive.uds import UDS, UDS_RDBI

hsfz, doip = (int(port) for port in sys.argv[1:3])
for socket in UDS_HSFZSocket(0xF4, 0x60, "127.0.0.1", hsfz), UDS_DoIPSocket("127.0.0.1", doip, target_address=0x60):
    answer = socket.sr1(UDS() / UDS_RDBI(identifiers=[0xF190]), timeout=20, verbose=False)
    print("silence" if answer is None else bytes(answer).hex().upper())
    socket.close()
