# options: strip
import sysconfig
print(sysconfig.get_config_var("SOABI") is not None, sysconfig.get_platform())
