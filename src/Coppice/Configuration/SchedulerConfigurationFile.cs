using Coppice.ApiServer.Decoding;
using Coppice.Scheduler;
using Coppice.Scheduler.Configuration;

namespace Coppice.Configuration;

/// <summary>A file that says how the scheduler works: a KubeSchedulerConfiguration.</summary>
internal static class SchedulerConfigurationFile
{
    /// <exception cref="FormatException">It cannot be used; the message says where and why.</exception>
    public static SchedulerOptions Parse(string text, string file)
    {
        var read = ConfigurationFile.Read(text, file, SchedulerConfiguration.Anything);
        try
        {
            return SchedulerConfiguration.Read(read);
        }
        catch (FormatException wrong)
        {
            throw new FormatException($"{file}: {wrong.Message}", wrong);
        }
    }
}
