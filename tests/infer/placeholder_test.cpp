namespace brainmvp {}
