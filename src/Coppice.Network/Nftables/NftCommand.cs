using System.ComponentModel;
using System.Diagnostics;

namespace Coppice.Network.Nftables;

/// <summary>The <c>nft</c> program, where its library is missing: the same result, some milliseconds slower.</summary>
internal sealed class NftCommand : INftRunner
{
    public string? Run(string batch, bool isTrial)
    {
        var (_, error) = Start(isTrial ? ["--check", "-f", "-"] : ["-f", "-"], batch);
        return error;
    }

    public string? Read(string command, bool hasElements)
    {
        var (output, error) = Start(hasElements ? ["-f", "-"] : ["--terse", "-f", "-"], command);
        return error is null ? output : null;
    }

    public void Dispose()
    {
    }

    private static (string Output, string? Error) Start(IEnumerable<string> arguments, string input)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo("nft", arguments)
            {
                RedirectStandardInput = true,
                RedirectStandardError = true,
                RedirectStandardOutput = true,
            })!;
            // The process' own disposal would leave these pipes to the garbage collector.
            using var said = process.StandardOutput;
            using var complained = process.StandardError;
            var output = said.ReadToEndAsync();
            process.StandardInput.Write(input);
            process.StandardInput.Close();
            var error = complained.ReadToEnd();
            process.WaitForExit();
            return (output.Result, process.ExitCode == 0 ? null : error.Trim());
        }
        catch (Win32Exception e)
        {
            return ("", $"neither libnftables.so.1 nor the program nft can be used ({e.Message}); install the package nftables");
        }
        catch (IOException e)
        {
            return ("", $"nft ended early: {e.Message}");
        }
    }
}
