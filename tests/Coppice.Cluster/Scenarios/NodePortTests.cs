using Coppice.Cluster.Harness;
using Coppice.Testing;

namespace Coppice.Cluster.Scenarios;

/// <summary>What leads from a port of the node to pods.</summary>
public sealed class NodePortTests(SharedCluster shared)
{
    // Below those that are given to services that name none.
    private const int Port = 30053;

    private const string Serve = """
        import socket, threading
        u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); u.bind(("", 9000))
        t = socket.create_server(("", 9000))
        def udp():
            while True:
                said, who = u.recvfrom(99); u.sendto(b"udp " + said, who)
        threading.Thread(target=udp, daemon=True).start()
        while True:
            c, who = t.accept(); c.sendall(b"tcp " + c.recv(99)); c.close()
        """;

    private const string Ask = """
        import socket, sys
        s = socket.socket(socket.AF_INET, socket.SOCK_STREAM if sys.argv[1] == "tcp" else socket.SOCK_DGRAM)
        s.settimeout(2); s.connect((sys.argv[2], int(sys.argv[3]))); s.send(b"hello"); print(s.recv(99).decode())
        """;

    [Fact]
    public async Task Ports_of_two_protocols_share_a_number()
    {
        var ns = await shared.NewNamespaceAsync();
        await ns.ApplyAsync($$$$"""
            apiVersion: v1
            kind: Pod
            metadata: {name: echo, labels: {app: echo}}
            spec:
              terminationGracePeriodSeconds: 0
              containers:
              - name: app
                image: coppice/testapp:1
                command: [chroot, /host, python3, -c, {{{{System.Text.Json.JsonSerializer.Serialize(Serve)}}}}]
                volumeMounts: [{name: host, mountPath: /host, readOnly: true}]
              volumes: [{name: host, hostPath: {path: /}}]
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: echo}
            spec:
              type: NodePort
              selector: {app: echo}
              ports: [{name: t, protocol: TCP, port: 9000, nodePort: {{{{Port}}}}}, {name: u, protocol: UDP, port: 9000, nodePort: {{{{Port}}}}}]
            """);
        await ns.PodIsReadyAsync("echo", Patience);
        Assert.Contains($"9000:{Port}/TCP,9000:{Port}/UDP", await ns.RunAsync("get", "service", "echo"));
        foreach (var protocol in (string[])["tcp", "udp"])
        {
            await Eventually.SeeAsync($"an answer by {protocol}", Patience, () => AskAsync(protocol), seen => seen == $"{protocol} hello");
        }

        // One of them goes; the other one stays.
        await ns.RunAsync("patch", "service", "echo", "--type=json", "-p", """[{"op":"remove","path":"/spec/ports/0"}]""");
        await Eventually.SeeAsync("no answer by tcp", Patience, () => AskAsync("tcp"), seen => seen.Length == 0);
        await Eventually.SeeAsync("an answer by udp still", Patience, () => AskAsync("udp"), seen => seen == "udp hello");

        async Task<string> AskAsync(string protocol) =>
            (await ns.Cluster.Inside(new Command("python3", "-c", Ask, protocol, ns.Cluster.NodeAddress.ToString(), $"{Port}")).RunAsync()).Output.Trim();
    }
}
