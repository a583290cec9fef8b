using MLNetWsss.Pipeline;

namespace MLNetWsss.Tests.Pipeline;

public class NativeMemoryTests
{
    [Fact]
    public void The_allocator_is_set_up_once_and_may_be_asked_to_give_back_at_any_time()
    {
        bool kept = NativeMemory.Keep();
        NativeMemory.Release();
        Assert.Equal(kept, NativeMemory.Keep());
        Assert.True(OperatingSystem.IsLinux() || !kept);
    }

    [Fact]
    public void An_application_can_keep_its_own_allocator()
    {
        Assert.True(NativeMemory.Wanted);
        AppContext.SetSwitch("MLNetWsss.KeepNativeMemory", false);
        try
        {
            Assert.False(NativeMemory.Wanted);
        }
        finally
        {
            AppContext.SetSwitch("MLNetWsss.KeepNativeMemory", true);
        }
        Assert.True(NativeMemory.Wanted);
    }
}
