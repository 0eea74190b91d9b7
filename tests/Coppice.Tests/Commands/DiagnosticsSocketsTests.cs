using Coppice.Commands.Hosting;

namespace Coppice.Tests.Commands;

public sealed class DiagnosticsSocketsTests
{
    [Fact]
    public void A_servers_own_are_removed_and_nobody_elses()
    {
        var directory = Directory.CreateTempSubdirectory("coppice-sockets-").FullName;
        try
        {
            string[] others = ["dotnet-diagnostic-123-9-socket", "clr-debug-pipe-1-9-in", "other-12-9"];
            foreach (var name in (string[])["dotnet-diagnostic-12-9-socket", "clr-debug-pipe-12-9-in", "clr-debug-pipe-12-9-out", .. others])
            {
                File.WriteAllText(Path.Combine(directory, name), "");
            }

            DiagnosticsSockets.Remove(directory, 12);
            Assert.Equal(others.Order(), Directory.EnumerateFiles(directory).Select(Path.GetFileName).Order());
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }
}
